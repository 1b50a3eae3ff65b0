"""One module a page: data in, what its template shows out; nothing here knows of servers, files or addresses."""
