"""What client libraries say when a call fails on the way, by protocol and language; `*` for languages not listed.

Places: host, port, ip, dns (the cluster's resolver), path, seconds, milliseconds.
"""

REFUSED = {
    "grpc": {
        "go": 'connection error: desc = "transport: Error while dialing: dial tcp {ip}:{port}: connect: connection refused"',
        "java": "io exception",
        "nodejs": "No connection established. Last error: connect ECONNREFUSED {ip}:{port}",
        "dotnet": "Error connecting to subchannel.",
        "rust": "tcp connect error: Connection refused (os error 111)",
        "*": "failed to connect to all addresses; last error: UNKNOWN: ipv4:{ip}:{port}: Failed to connect to remote "
        "host: connect: Connection refused (111)",
    },
    "http": {
        "go": '"http://{host}:{port}{path}": dial tcp {ip}:{port}: connect: connection refused',
        "java": "java.net.ConnectException: Connection refused",
        "nodejs": "connect ECONNREFUSED {ip}:{port}",
        "dotnet": "Connection refused ({host}:{port})",
        "php": "cURL error 7: Failed to connect to {host} port {port} after 1 ms: Couldn't connect to server",
        "ruby": 'Failed to open TCP connection to {host}:{port} (Connection refused - connect(2) for "{host}" port '
        "{port})",
        "rust": "error sending request for url (http://{host}:{port}{path}): error trying to connect: tcp connect "
        "error: Connection refused (os error 111)",
        "envoy": "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, "
        "transport failure reason: delayed connect error: Connection refused",
        "nginx": "connect() failed (111: Connection refused) while connecting to upstream",
        "*": "HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded with url: {path} (Caused by "
        "NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))",
    },
    "sql": {
        "go": "dial tcp {ip}:{port}: connect: connection refused",
        "java": "Connection to {host}:{port} refused. Check that the hostname and port are correct and that the "
        "postmaster is accepting TCP/IP connections.",
        "dotnet": "Failed to connect to {ip}:{port}",
        "nodejs": "connect ECONNREFUSED {ip}:{port}",
        "*": 'connection to server at "{host}" ({ip}), port {port} failed: Connection refused',
    },
    "redis": {
        "go": "dial tcp {ip}:{port}: connect: connection refused",
        "dotnet": "It was not possible to connect to the redis server(s). Error connecting right now. To allow this "
        "multiplexer to continue retrying until it's able to connect, use abortConnect=false in your connection "
        "string or AbortOnConnectFail=false; in your code.",
        "java": "Unable to connect to {host}/<unresolved>:{port}",
        "nodejs": "connect ECONNREFUSED {ip}:{port}",
        "*": "Error 111 connecting to {host}:{port}. Connection refused.",
    },
    "kafka": {
        "go": "kafka: client has run out of available brokers to talk to: dial tcp {ip}:{port}: connect: connection "
        "refused",
        "*": "Connection to node -1 ({host}/{ip}:{port}) could not be established. Broker may not be available.",
    },
}

UNREACHABLE = {
    "grpc": {
        "go": 'connection error: desc = "transport: Error while dialing: dial tcp {ip}:{port}: i/o timeout"',
        "java": "io exception: connection timed out: {host}/{ip}:{port}",
        "nodejs": "No connection established. Last error: connect ETIMEDOUT {ip}:{port}",
        "*": "failed to connect to all addresses; last error: UNAVAILABLE: ipv4:{ip}:{port}: connection attempt timed "
        "out before receiving SETTINGS frame",
    },
    "http": {
        "go": '"http://{host}:{port}{path}": dial tcp {ip}:{port}: i/o timeout',
        "java": "java.net.SocketTimeoutException: Connect timed out",
        "nodejs": "connect ETIMEDOUT {ip}:{port}",
        "dotnet": "The request was canceled due to the configured HttpClient.Timeout of {seconds} seconds elapsing.",
        "php": "cURL error 28: Failed to connect to {host} port {port} after {milliseconds} ms: Timeout was reached",
        "ruby": "Failed to open TCP connection to {host}:{port} (execution expired)",
        "rust": "error sending request for url (http://{host}:{port}{path}): operation timed out",
        "envoy": "upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
        "nginx": "upstream timed out (110: Connection timed out) while connecting to upstream",
        "*": "HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded with url: {path} (Caused by "
        "ConnectTimeoutError('Connection to {host} timed out. (connect timeout={seconds})'))",
    },
    "sql": {
        "go": "dial tcp {ip}:{port}: i/o timeout",
        "java": "The connection attempt failed.",
        "*": 'connection to server at "{host}" ({ip}), port {port} failed: Connection timed out',
    },
    "redis": {
        "go": "dial tcp {ip}:{port}: i/o timeout",
        "dotnet": "The message timed out in the backlog attempting to send because no connection became available "
        "({milliseconds}ms)",
        "*": "Timeout connecting to server",
    },
    "kafka": {
        "go": "kafka: client has run out of available brokers to talk to: dial tcp {ip}:{port}: i/o timeout",
        "*": "Topic {path} not present in metadata after {milliseconds} ms.",
    },
}

UNRESOLVED = {
    "grpc": {
        "go": "name resolver error: produced zero addresses",
        "java": "Unable to resolve host {host}",
        "nodejs": "Name resolution failed for target dns:{host}:{port}",
        "dotnet": "Error getting DNS hosts for address '{host}'. SocketException: Name or service not known",
        "rust": "dns error: failed to lookup address information: Name or service not known",
        "*": "DNS resolution failed for {host}:{port}: C-ares status is not ARES_SUCCESS qtype=A name={host} "
        "is_balancer=0: Domain name not found",
    },
    "http": {
        "go": '"http://{host}:{port}{path}": dial tcp: lookup {host} on {dns}:53: no such host',
        "java": "java.net.UnknownHostException: {host}",
        "nodejs": "getaddrinfo ENOTFOUND {host}",
        "dotnet": "Name or service not known ({host}:{port})",
        "php": "cURL error 6: Could not resolve host: {host}",
        "ruby": "Failed to open TCP connection to {host}:{port} (getaddrinfo: Name or service not known)",
        "rust": "error sending request for url (http://{host}:{port}{path}): error trying to connect: dns error: failed "
        "to lookup address information: Name or service not known",
        "envoy": "no healthy upstream",
        "nginx": "{host} could not be resolved (3: Host not found)",
        "*": "HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded with url: {path} (Caused by "
        "NameResolutionError(\"Failed to resolve '{host}' ([Errno -2] Name or service not known)\"))",
    },
    "sql": {
        "go": "dial tcp: lookup {host} on {dns}:53: no such host",
        "java": "The connection attempt failed. Caused by: java.net.UnknownHostException: {host}",
        "nodejs": "getaddrinfo ENOTFOUND {host}",
        "dotnet": "Name or service not known",
        "*": 'could not translate host name "{host}" to address: Name or service not known',
    },
    "redis": {
        "go": "dial tcp: lookup {host} on {dns}:53: no such host",
        "nodejs": "getaddrinfo ENOTFOUND {host}",
        "*": "Error -2 connecting to {host}:{port}. Name or service not known.",
    },
    "kafka": {
        "go": "kafka: client has run out of available brokers to talk to: dial tcp: lookup {host} on {dns}:53: no such "
        "host",
        "*": "Couldn't resolve server {host}:{port} from bootstrap.servers as DNS resolution failed for {host}",
    },
}

DNS_SILENT = {
    "http": {
        "go": '"http://{host}:{port}{path}": dial tcp: lookup {host} on {dns}:53: read udp {ip}:40113->{dns}:53: i/o '
        "timeout",
        "java": "java.net.UnknownHostException: {host}: Temporary failure in name resolution",
        "nodejs": "getaddrinfo EAI_AGAIN {host}",
        "dotnet": "Resource temporarily unavailable ({host}:{port})",
        "php": "cURL error 28: Resolving timed out after {milliseconds} milliseconds",
        "*": "HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded with url: {path} (Caused by "
        "NameResolutionError(\"Failed to resolve '{host}' ([Errno -3] Temporary failure in name resolution)\"))",
    },
    "*": {
        "go": "dial tcp: lookup {host} on {dns}:53: read udp {ip}:40113->{dns}:53: i/o timeout",
        "nodejs": "getaddrinfo EAI_AGAIN {host}",
        "*": "{host}: Temporary failure in name resolution",
    },
}

DEADLINE = {
    "grpc": {
        "go": "context deadline exceeded",
        "java": "deadline exceeded after {seconds}.000s. [buffered_nanos=0, remote_addr={host}/{ip}:{port}]",
        "nodejs": "Deadline exceeded after {seconds}.001s,remote_addr={ip}:{port}",
        "dotnet": "Deadline Exceeded",
        "rust": "Timeout expired",
        "*": "Deadline Exceeded",
    },
    "http": {
        "go": '"http://{host}:{port}{path}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        "java": "java.net.SocketTimeoutException: Read timed out",
        "nodejs": "timeout of {milliseconds}ms exceeded",
        "dotnet": "The request was canceled due to the configured HttpClient.Timeout of {seconds} seconds elapsing.",
        "php": "cURL error 28: Operation timed out after {milliseconds} milliseconds with 0 bytes received",
        "ruby": "Net::ReadTimeout with #<TCPSocket:(closed)>",
        "rust": "error sending request for url (http://{host}:{port}{path}): operation timed out",
        "envoy": "upstream request timeout",
        "nginx": "upstream timed out (110: Connection timed out) while reading response header from upstream",
        "*": "HTTPConnectionPool(host='{host}', port={port}): Read timed out. (read timeout={seconds})",
    },
    "sql": {
        "go": "context deadline exceeded",
        "java": "ERROR: canceling statement due to user request",
        "dotnet": "Exception while reading from stream: Timeout during reading attempt",
        "*": "canceling statement due to statement timeout",
    },
    "redis": {
        "go": "read tcp {ip}:{port}: i/o timeout",
        "dotnet": "Timeout performing HGET ({milliseconds}ms), active: HGET, inst: 0, qu: 0, qs: 1, aw: False, bw: "
        "SpinningDown, serverEndpoint: {host}:{port}",
        "*": "Timeout reading from socket",
    },
    "kafka": {
        "go": "kafka server: Request exceeded the user-specified time limit in the request",
        "*": "Expiring 1 record(s) for {path}-0:{milliseconds} ms has passed since batch creation",
    },
}

RESET = {
    "grpc": {
        "go": "error reading from server: EOF",
        "java": "Network closed for unknown reason",
        "nodejs": "Connection dropped",
        "dotnet": "Error starting gRPC call. HttpRequestException: An error occurred while sending the request.",
        "*": "Socket closed",
    },
    "http": {
        "go": '"http://{host}:{port}{path}": read tcp {ip}:{port}: read: connection reset by peer',
        "java": "java.net.SocketException: Connection reset",
        "nodejs": "socket hang up",
        "dotnet": "The response ended prematurely. (ResponseEnded)",
        "php": "cURL error 56: Recv failure: Connection reset by peer",
        "ruby": "Connection reset by peer",
        "rust": "error sending request for url (http://{host}:{port}{path}): connection closed before message completed",
        "envoy": "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
        "nginx": "upstream prematurely closed connection while reading response header from upstream",
        "*": "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
    },
    "sql": {
        "go": "driver: bad connection",
        "java": "An I/O error occurred while sending to the backend.",
        "dotnet": "Exception while reading from stream",
        "*": "server closed the connection unexpectedly",
    },
    "redis": {
        "go": "EOF",
        "dotnet": "SocketClosed on {host}:{port}/Interactive, Idle/MarkProcessed, last: HGET",
        "*": "Connection closed by server.",
    },
    "kafka": {"go": "EOF", "*": "Node 1 disconnected."},
}

POOL = {
    "go": "context deadline exceeded",
    "java": "HikariPool-1 - Connection is not available, request timed out after {milliseconds}ms",
    "dotnet": "The connection pool has been exhausted, either raise 'Max Pool Size' (currently {size}) or 'Timeout' "
    "(currently {seconds} seconds) in your connection string.",
    "nodejs": "timeout exceeded when trying to connect",
    "python": "QueuePool limit of size {size} overflow 0 reached, connection timed out, timeout {seconds}.00",
    "*": "timed out waiting for a connection from the pool after {milliseconds} ms",
}
"""A call found no free connection in its pool in time."""
