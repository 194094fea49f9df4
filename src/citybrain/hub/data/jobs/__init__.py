"""Long work: kinds of jobs, their queue, progress, pause, cancel, and going on after a crash."""
