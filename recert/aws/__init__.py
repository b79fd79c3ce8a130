"""Where recert meets AWS: sessions, collectors, recordings and their replay."""
