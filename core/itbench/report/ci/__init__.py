"""What a run says to programs that test software: JUnit XML, and GitHub's annotations and step summary."""
