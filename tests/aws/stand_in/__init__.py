"""A stand-in for AWS: moto, with what it lacks, refusing what AWS refuses, and failing on demand."""
