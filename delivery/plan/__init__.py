"""What an update would do, reduced to what people and programs may know of it: never the value of a secret."""
