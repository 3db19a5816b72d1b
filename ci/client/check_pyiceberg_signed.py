"""pyiceberg without keys to the store: the catalog signs each request to it.

s3fs shares one client among all tables, and pyiceberg gives that the signer of
the table that was loaded last, which signs for no other; so none is shared
here, which takes time, and not everything is done.
"""
import pyiceberg
import s3fs
from check_pyiceberg import Check
from common import done

s3fs.S3FileSystem.cachable = False
check = Check()
check.run([check.namespaces, check.make, check.append, check.evolve_schema, check.evolve_layout, check.overwrite,
           check.delete, check.staged, check.drop])
done(pyiceberg.__version__)
