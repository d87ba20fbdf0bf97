"""What could leak, and the works worth buying: results of security visits, works, two dangers in one view."""
