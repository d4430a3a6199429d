"""The autograder: builds the students' release, grades submissions, keeps the gradebook."""
