"""The course wing: explained answers, homework sheets, grading, and the lectures recomputed."""
