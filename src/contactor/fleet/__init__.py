"""Floor 5: many virtual stations and their drivers, against any central system."""
