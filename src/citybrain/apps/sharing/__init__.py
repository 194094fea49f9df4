"""数据共享: requests, answers, objections, quality work; benches of stewards and departments."""
