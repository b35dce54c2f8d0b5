"""Sends the night's log in chunks."""

import json

CHUNK = 10

lines = []
for hour in range(36):
    jammed = hour % 13 == 7
    lines.append({"minute": hour * 10, "level": "error" if jammed else "info", "kilos": 0 if jammed else 25 + hour % 4})

chunks = [lines[i : i + CHUNK] for i in range(0, len(lines), CHUNK)]
last = len(chunks) - 1
print(
    json.dumps(
        {
            "emit_messages": [
                {
                    "type": "lines",
                    "class": "stream",
                    "content_type": "application/x-ndjson",
                    "content_encoding": "gzip",
                    "body": chunk,
                    "stream": {"stream_id": "mill", "seq": seq, "open": seq == 0, "close": seq == last, "eof": seq == last},
                }
                for seq, chunk in enumerate(chunks)
            ]
        }
    )
)
