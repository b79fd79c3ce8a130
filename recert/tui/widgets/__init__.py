"""The parts that screens are made of; all of them draw rows of pieces, none of them markup."""
