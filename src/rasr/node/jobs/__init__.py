"""Long work: jobs that can be watched, left and cancelled, and the tables they keep."""
