"""A real client: connects to the server named by its words, lists the tools, makes the calls that stdin holds as JSON
([[tool, arguments], ...]), checks every schema and every structured answer against it, and prints what came back."""
import asyncio
import json
import os
import sys

import jsonschema
from mcp import Client, MCPError, StdioServerParameters


async def main():
    calls = json.load(sys.stdin)
    server = StdioServerParameters(command=sys.argv[1], args=["mcp"], env=dict(os.environ))
    async with Client(server, mode=os.environ.get("MCP_MODE", "auto")) as client:
        tools = (await client.list_tools()).tools
        said = {"server": client.server_info.name, "instructions": client.instructions, "tools": [], "answers": []}
        for tool in tools:
            jsonschema.Draft202012Validator.check_schema(tool.input_schema)
            jsonschema.Draft202012Validator.check_schema(tool.output_schema)
            said["tools"].append({"name": tool.name, "annotations": tool.annotations.model_dump(exclude_none=True),
                                  "input": tool.input_schema})
        schemas = {tool.name: tool.output_schema for tool in tools}
        for name, arguments in calls:
            try:
                result = await client.call_tool(name, arguments)
                if not result.is_error:
                    jsonschema.validate(result.structured_content, schemas[name],
                                        cls=jsonschema.Draft202012Validator)
                said["answers"].append({"error": bool(result.is_error), "text": result.content[0].text,
                                        "value": result.structured_content})
            except MCPError as error:
                said["answers"].append({"error": True, "text": str(error), "value": None})
    print(json.dumps(said))


asyncio.run(main())
