"""Filing many deals from one sheet: the signed template, its columns, what each row would do, filing row by row.

Built on ``core.imports``. A row becomes a draft and is submitted like any other; its place and time are the server's.
"""
