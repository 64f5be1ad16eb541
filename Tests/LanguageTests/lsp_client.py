"""Drives `cohortium lsp` with pygls, and prints what it answered as JSON. Usage: lsp_client.py PROGRAM ONTOLOGIES"""
import asyncio
import json
import sys

from lsprotocol import types
from pygls.lsp.client import BaseLanguageClient

TEXT = """# Müller
cohort A {
  index = first diagnosis of "Brest Carcinoma"
  patients where exists index
}
"""
GOOD = TEXT.replace("Brest", "Breast")


async def main(program, ontologies):
    client = BaseLanguageClient("test", "1")
    published = asyncio.Queue()

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def diagnostics(parameters):
        published.put_nowait(parameters)

    await client.start_io(program, "lsp", "--ontologies", ontologies)
    initialized = await client.initialize_async(
        types.InitializeParams(capabilities=types.ClientCapabilities(), process_id=None, root_uri=None))
    client.initialized(types.InitializedParams())
    uri = "file:///a.cohort"
    document = types.TextDocumentIdentifier(uri)
    client.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "cohortql", 1, TEXT)))
    wrong = await asyncio.wait_for(published.get(), 60)
    client.text_document_did_change(types.DidChangeTextDocumentParams(
        types.VersionedTextDocumentIdentifier(uri=uri, version=2), [types.TextDocumentContentChangeWholeDocument(text=GOOD)]))
    right = await asyncio.wait_for(published.get(), 60)
    hover = await client.text_document_hover_async(types.HoverParams(document, types.Position(2, 35)))
    event = await client.text_document_hover_async(types.HoverParams(document, types.Position(3, 26)))
    completion = await client.text_document_completion_async(types.CompletionParams(document, types.Position(2, 16)))
    edits = await client.text_document_formatting_async(
        types.DocumentFormattingParams(document, types.FormattingOptions(tab_size=2, insert_spaces=True)))
    await client.shutdown_async(None)
    client.exit(None)
    await asyncio.wait_for(client._server.wait(), 60)
    print(json.dumps({
        "encoding": initialized.capabilities.position_encoding,
        "wrong": [[d.code, d.range.start.line, d.range.start.character, d.range.end.character, d.message] for d in wrong.diagnostics],
        "right": len(right.diagnostics),
        "hover": hover.contents.value,
        "event": event.contents.value,
        "completion": [item.label for item in completion],
        "formatted": edits[0].new_text,
        "status": client._server.returncode,
    }))


asyncio.run(main(sys.argv[1], sys.argv[2]))
