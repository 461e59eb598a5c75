"""The forms a report comes out in, one file each: terminal table, CSV, JSON, HTML."""
