"""An Exchange that answers whatever a test wants, down to the byte, over plain HTTP on loopback."""

import contextlib
import socket
import threading

SOAP = ('<?xml version="1.0" encoding="utf-8"?>'
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"'
        ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><s:Body>{}</s:Body></s:Envelope>')


def response(operation, inside="", code="NoError", kind="Success"):
    return SOAP.format(
        f"<m:{operation}Response><m:ResponseMessages><m:{operation}ResponseMessage ResponseClass=\"{kind}\">"
        f"<m:ResponseCode>{code}</m:ResponseCode>{inside}</m:{operation}ResponseMessage></m:ResponseMessages>"
        f"</m:{operation}Response>").encode()


def sync_page(state="s1", last="true", changes=""):
    return response("SyncFolderItems", f"<m:SyncState>{state}</m:SyncState><m:IncludesLastItemInRange>{last}"
                                       f"</m:IncludesLastItemInRange><m:Changes>{changes}</m:Changes>")


def http(body, status="200 OK", content_type="text/xml; charset=utf-8", headers=""):
    return (f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
            ).encode() + body


class BadExchange:
    """behave(send, operation) is called for each request, by a thread of the connection's own; it sends
    what it likes. When it returns True the connection is kept, else it is closed."""

    def __init__(self, behave, context=None):
        self.behave, self.context = behave, context
        self.requests, self.connections = [], []
        self.stopped = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self.port}/EWS/Exchange.asmx"
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection):
        try:
            self.connections.append(connection)
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                while (operation := self._read(connection)) and not self.stopped.is_set():
                    self.requests.append(operation)
                    if not self.behave(connection.sendall, operation):
                        return
        except OSError:
            pass

    @staticmethod
    def _read(connection):
        """The operation asked for; None at the end."""
        got = b""
        while b"\r\n\r\n" not in got:
            piece = connection.recv(65536)
            if not piece:
                return None
            got += piece
        head, body = got.split(b"\r\n\r\n", 1)
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                      if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += connection.recv(65536)
        return body.split(b"<s:Body><m:", 1)[1].split(b" ", 1)[0].split(b">", 1)[0].decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
