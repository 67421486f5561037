"""ServeGen's client rates (alibaba/ServeGen): mean rates of ten minutes, by client; no single requests."""

from sim.fit.formats.format import Format

WINDOW_S = 600
FORMAT = Format(
    name="servegen",
    about="ServeGen client rates (client, t_s, rate_per_s in windows of 600 s)",
    fields={"time": ("t_s",), "client": ("client",), "rate": ("rate_per_s",)},
    needs=("client", "t_s", "rate_per_s"),
)
