"""pyiceberg with fsspec (s3fs) for its files, where check_pyiceberg.py has pyarrow."""
import check_pyiceberg
import pyiceberg
from common import done

check_pyiceberg.Check("fsspec").run()
done(pyiceberg.__version__)
