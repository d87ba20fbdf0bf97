"""Pages of movements: receive, issue, move, send, take in; vouchers and stock cards."""
