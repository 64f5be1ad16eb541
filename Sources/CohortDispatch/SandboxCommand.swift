import Foundation

/// The command line that runs a tool without network, without the node's files and without anything to write but `/out`.
///
/// bubblewrap makes new namespaces of every kind; prlimit bounds what namespaces do not. Of the host, the tool sees the
/// system's software, read-only, the libraries it is linked to, and GPU devices where there are any.
struct SandboxCommand: Sendable, Hashable {
    let executable: String
    let arguments: [String]

    /// - Parameters:
    ///   - runtimeFolders: folders outside of `/usr` with shared libraries that the tool is linked to.
    ///   - devices: GPU device files to pass through.
    init(_ job: ProcessingJob, bubblewrap: String, prlimit: String, timeout: String, runtimeFolders: [String], devices: [String]) {
        let limits = job.limits
        var words = ["--core=0", "--fsize=\(limits.fileSize)", "--nofile=1024", "--cpu=\(limits.seconds * 16)"]
        if devices.isEmpty { words.append("--as=\(limits.memory)") }
        words += ["--", timeout, "--kill-after=5", "\(limits.seconds)", bubblewrap]
        words += [
            "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534",
        ]
        for folder in ["/usr"] + runtimeFolders { words += ["--ro-bind", folder, folder] }
        for link in ["/bin", "/lib", "/lib32", "/lib64", "/libx32", "/sbin"] { words += SandboxCommand.systemFolder(link) }
        words += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
        // Without a GPU the tool is not to find an OpenCL that would run on the processor: it has its own code for that.
        if !devices.isEmpty { for path in ["/etc/OpenCL", "/sys"] { words += ["--ro-bind-try", path, path] } }
        words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
        for device in devices { words += ["--dev-bind-try", device, device] }
        words += ["--ro-bind", job.inputFolder, "/in", "--bind", job.outputFolder, "/out", "--ro-bind", job.tool.executable, "/tool"]
        words += ["--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/tmp", "--setenv", "LC_ALL", "C.UTF-8"]
        if !runtimeFolders.isEmpty { words += ["--setenv", "LD_LIBRARY_PATH", runtimeFolders.joined(separator: ":")] }
        words += ["--chdir", "/tmp", "--", "/tool", "--input", "/in", "--output", "/out/report.json"]
        for (name, value) in job.parameters.sorted(by: { $0.key < $1.key }) { words.append("--\(name)=\(value)") }
        executable = prlimit
        arguments = words
    }

    /// `/lib` and its like: links into `/usr` on a merged system, folders of their own on an older one.
    private static func systemFolder(_ path: String) -> [String] {
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) { return ["--symlink", target, path] }
        return ["--ro-bind-try", path, path]
    }
}
