"""Rules of thumb that textbooks teach and good networks break; on in the teaching profile."""
