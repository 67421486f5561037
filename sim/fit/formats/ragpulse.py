"""RAGPulse (flashserve/RAGPulse): seconds since the trace's start, a session, and lengths."""

from sim.fit.formats.format import Format

FORMAT = Format(
    name="ragpulse",
    about="RAGPulse trace (t, session, input_length, output_length)",
    fields={
        "time": ("t",),
        "session": ("session",),
        "input": ("input_length",),
        "output": ("output_length",),
    },
    needs=("t", "session", "input_length"),
)
