import Foundation

/// A small server in Python on the loopback address that also misbehaves, by the path that is asked for.
final class LoopbackServer {
    let port: Int
    private let process = Process()
    private let folder: URL

    static let isAvailable = run(["python3", "-c", "import ssl"]) == 0 && run(["openssl", "version"]) == 0

    /// The authority that signed the server's certificate; made for each server.
    var authority: String { folder.appendingPathComponent("authority.pem").path }
    /// A certificate of that authority with its key in one file.
    var identity: String { folder.appendingPathComponent("identity.pem").path }

    init(tls: Bool = false, requiresClientCertificate: Bool = false) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("loopback-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = folder.appendingPathComponent("server.py")
        try Data(LoopbackServer.script.utf8).write(to: script)
        if tls { LoopbackServer.makeCertificates(in: folder) }
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path, tls ? folder.path : "", requiresClientCertificate ? "mutual" : ""]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = output.fileHandleForReading.availableData
        port = Int(String(decoding: line, as: UTF8.self).filter(\.isNumber)) ?? 0
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func makeCertificates(in folder: URL) {
        let commands = [
            "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out authority.pem -days 2 -subj /CN=TestAuthority",
            "openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
            "printf 'subjectAltName=DNS:localhost' > names",
            "openssl x509 -req -in server.csr -CA authority.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem",
            "cat server.pem server.key > identity.pem",
        ]
        for command in commands { _ = run(["sh", "-c", "cd '\(folder.path)' && \(command)"]) }
    }

    private static func run(_ arguments: [String]) -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return -1 }
        process.waitUntilExit()
        return process.terminationStatus
    }

    private static let script = #"""
        import itertools, json, socket, ssl, sys, threading, time
        folder, mutual = sys.argv[1], sys.argv[2] == "mutual"
        context = None
        if folder:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder + "/identity.pem")
            if mutual:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(folder + "/authority.pem")
        numbers = itertools.count(1)

        def answer(stream, status, body, extra=""):
            head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nX-Kind:  two words \r\n{extra}\r\n"
            stream.sendall(head.encode() + body)

        def serve(connection):
            number = next(numbers)
            try:
                if context: connection = context.wrap_socket(connection, server_side=True)
                reader = connection.makefile("rb")
                while True:
                    line = reader.readline().decode()
                    if not line: return
                    method, path, _ = line.split(" ")
                    headers = []
                    while (field := reader.readline().decode().rstrip("\r\n")):
                        headers.append(field)
                    length = sum(int(f.split(":")[1]) for f in headers if f.lower().startswith("content-length"))
                    body = reader.read(length)
                    if path.startswith("http://"):
                        answer(connection, "200 OK", b"through the proxy to " + path.encode())
                    elif method == "CONNECT":
                        answer(connection, "407 Proxy Authentication Required", b"")
                    elif path == "/echo":
                        report = {"method": method, "headers": headers, "body": body.decode(), "connection": number}
                        answer(connection, "200 OK", b"" if method == "HEAD" else json.dumps(report).encode(), "Content-Type: Application/JSON; charset=utf-8\r\n")
                    elif path == "/missing": answer(connection, "404 Not Found", b"no such thing")
                    elif path == "/moved": answer(connection, "302 Found", b"", "Location: /echo\r\n")
                    elif path == "/hint":
                        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n")
                        answer(connection, "200 OK", b"late")
                    elif path == "/slow": time.sleep(60)
                    elif path == "/large": answer(connection, "200 OK", b"x" * 100000)
                    elif path == "/endless":
                        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                        while True: connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")
                    elif path == "/truncated":
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
                        return
                    elif path == "/chunkcut":
                        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                        return
                    elif path == "/headercut":
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n")
                        return
                    elif path == "/silent": return
                    else: answer(connection, "400 Bad Request", b"")
            except Exception: pass
            finally: connection.close()

        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        """#
}
