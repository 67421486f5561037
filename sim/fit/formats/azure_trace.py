"""Azure's public LLM inference traces (Azure/AzurePublicDataset): an instant and two lengths a request."""

from sim.fit.formats.format import Format

FORMAT = Format(
    name="azure-trace",
    about="Azure LLM inference trace (TIMESTAMP, ContextTokens, GeneratedTokens)",
    fields={"time": ("TIMESTAMP",), "input": ("ContextTokens",), "output": ("GeneratedTokens",)},
    needs=("TIMESTAMP", "ContextTokens"),
)
