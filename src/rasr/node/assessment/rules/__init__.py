"""Rule data of the node: what an officer typed from the official documents and a second person agreed to."""
