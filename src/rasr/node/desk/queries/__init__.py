"""What the pages of the desk show: each module draws on the queries of other rooms and adds no data of its own."""
