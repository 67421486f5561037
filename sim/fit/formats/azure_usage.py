"""Azure API Management's log of a language model gateway, or Azure OpenAI usage, as exported to CSV."""

from sim.fit.formats.format import Format

FORMAT = Format(
    name="azure-usage",
    about="Azure API Management / Azure OpenAI usage, CSV (durations in ms)",
    fields={
        "time": ("TimeGenerated", "TimeGenerated [UTC]", "timestamp"),
        "duration": ("TotalTime", "DurationMs"),
        "input": ("PromptTokens",),
        "cached": ("CachedTokens", "PromptCachedTokens"),
        "output": ("CompletionTokens",),
        "endpoint": ("DeploymentName", "ModelName", "ModelDeploymentName"),
        "status": ("ResponseCode", "ResultSignature"),
        "client": ("SubscriptionId", "ApimSubscriptionId"),
        "id": ("CorrelationId",),
    },
    needs=("PromptTokens", "CompletionTokens"),
    durations_to_us=1e3,
)
