# {"claim": "hash() of str, bytes and tuples of them differs from run to run; zlib.crc32 does not."}
#- bad
print([hash(name) % 1000 for name in ("cat", b"cat", ("cat", 1))])
#- good
import zlib

print([zlib.crc32(name) % 1000 for name in (b"cat", b"dog", repr(("cat", 1)).encode())])
