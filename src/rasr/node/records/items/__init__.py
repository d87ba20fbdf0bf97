"""Items: weapons one by one, with what is marked on them, their origin, legal status and custody."""
