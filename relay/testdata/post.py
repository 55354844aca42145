"""Posts a file as http.client does: all of it is written before the answer is read. Headers follow as name and value."""

import http.client
import sys
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    message = file.read()
connection = http.client.HTTPConnection(url.netloc, timeout=60)
connection.request("POST", url.path, message, dict(zip(sys.argv[3::2], sys.argv[4::2])))
answer = connection.getresponse()
print(answer.status, answer.read().decode())
