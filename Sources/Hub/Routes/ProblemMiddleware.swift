import Diagnostics
import Federation
import Hummingbird
import Logging

/// Makes every error an answer with a code. What nobody expected is logged here and not told to the network.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    let logger: Logger

    func handle(_ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response) async throws
        -> Response
    {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return Response(problem)
        } catch let diagnostic as Diagnostic {
            return Response(Problem.badInput(diagnostic))
        } catch let list as DiagnosticList {
            return Response(Problem.badInput(list.diagnostics))
        } catch let error as HTTPError {
            let code = error.status.code
            let message = code == 404 ? "there is nothing at `\(request.uri.path)`" : "\(request.method) `\(request.uri.path)` was refused"
            return Response(Problem(status: code, title: error.status.reasonPhrase, Diagnostic("F0618", message, help: "see the README")))
        } catch {
            logger.error("request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            let diagnostic = Diagnostic("F0619", "the hub could not do this", help: "look into the hub's log, or try again")
            return Response(Problem(status: 500, title: "Failed", diagnostic))
        }
    }
}
