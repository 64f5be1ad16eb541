print(OpenCLDevice(anyKind: true)?.name ?? "none", OpenCLDevice(anyKind: true)?.sum(of: [1,2,-3]) as Any, IntensitySum(of: [1,2,-3]))
