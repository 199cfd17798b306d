"""Writes the results: a table, a chart and all samples."""
import json
import statistics
import sys

CASES = [
    ("no-op", "no-op, cold"), ("live", "no-op, live connection"), ("repair", "repair of a parameter and a map"),
    ("fresh", "fresh converge, from sshd to verified")]
TOOLS = ["limit", "mxprovision", "pyinfra", "ansible"]
COLOURS = {"limit": "#8c959f", "mxprovision": "#1a7f37", "pyinfra": "#0969da", "ansible": "#cf222e"}


def rows(samples):
    """Returns one row for each case, round trip, tool and number of guests."""
    groups = {}
    for sample in samples:
        key = tuple(sample[name] for name in ("case", "round_trip", "guests", "tool"))
        groups.setdefault(key, []).append(sample)
    for (case, round_trip, guests, tool), group in groups.items():
        seconds = [sample["seconds"] for sample in group]
        memory = [sample["mebibytes"] for sample in group if sample["mebibytes"]]
        counts = group[-1].get("counts") or {}
        yield {
            "case": case, "round_trip": round_trip, "guests": guests, "tool": tool, "runs": len(group),
            "median": statistics.median(seconds), "min": min(seconds), "max": max(seconds),
            "mebibytes": max(memory) if memory else None,
            "connections": sum(way["connections"] for way in counts.values()) if counts else None,
            "trips": max((way["trips"] for way in counts.values()), default=None)}


def with_ratios(rows):
    """Returns the reference value of a row: the limit of the same case, or one guest's for many."""
    rows = list(rows)
    base = {(row["case"], row["round_trip"]): row["median"] for row in rows if row["tool"] == "limit"}
    single = {row["round_trip"]: row["median"] for row in rows if row["case"] == "fleet" and row["guests"] == 1}
    for row in rows:
        case = "no-op" if row["case"] == "live" else row["case"]
        limit = single.get(row["round_trip"]) if case == "fleet" else base.get((case, row["round_trip"]))
        row["ratio"] = row["median"] / limit if limit else None
        yield row


def table(rows, facts):
    order = {case: index for index, (case, _) in enumerate(CASES)}
    titles = dict(CASES) | {"start": "start-up (--version)", "fleet": "no-op, guests at once"}
    lines = [
        f"{facts['date']}, {facts['cores']} cores, {facts['processor']}, load {facts['load']:.1f} at the end; "
        + ", ".join(f"{tool} {version}" for tool, version in facts["versions"].items()), "",
        f"{'case':38} {'rtt':>4} {'tool':12} {'runs':>4} {'median':>8} {'min':>8} {'max':>8} {'ratio':>6} "
        f"{'MiB':>5} {'conn':>4} {'trips':>5}"]

    def place(row):
        return order.get(row["case"], 9), row["case"], row["round_trip"], row["guests"], TOOLS.index(row["tool"])

    def shown(value, form):
        return format(value, form) if value is not None else "-"

    for row in sorted(rows, key=place):
        title = titles[row["case"]].replace("guests", str(row["guests"]) + " guests")
        lines.append(
            f"{title:38} {row['round_trip']:>4} {row['tool']:12} {row['runs']:>4} {row['median']:>8.3f} "
            f"{row['min']:>8.3f} {row['max']:>8.3f} {shown(row['ratio'], '.2f'):>6} {shown(row['mebibytes'], '.0f'):>5} "
            f"{shown(row['connections'], 'd'):>4} {shown(row['trips'], 'd'):>5}")
    return "\n".join(lines) + "\n"


def chart(rows, facts):
    """Draws bars of the medians, each case on its own scale, with whiskers from the fastest to the slowest run."""
    groups = [(case, title, rtt) for case, title in CASES for rtt in (0, 40)]
    parts, y = [], 46
    for case, title, rtt in groups:
        group = [row for tool in TOOLS for row in rows
                 if (row["case"], row["round_trip"], row["tool"]) == (case, rtt, tool)]
        if case == "live":
            wanted = ("no-op", rtt, "limit")
            group = [row for row in rows if (row["case"], row["round_trip"], row["tool"]) == wanted] + group
        if not group or all(row["tool"] == "limit" for row in group):
            continue
        suffix = f", {rtt} ms away" if case != "fresh" else ""
        parts.append(f'<text x="16" y="{y}" class="h">{title}{suffix}</text>')
        longest = max(row["max"] for row in group)
        for row in group:
            y += 20
            width = 420 * row["median"] / longest
            low, high = 130 + 420 * row["min"] / longest, 130 + 420 * row["max"] / longest
            ratio = f' · {row["ratio"]:.2f}×' if row["tool"] != "limit" and row["ratio"] else ""
            parts.append(
                f'<text x="120" y="{y + 9}" text-anchor="end">{row["tool"]}</text>'
                f'<rect x="130" y="{y}" width="{width:.1f}" height="12" rx="2" fill="{COLOURS[row["tool"]]}"/>'
                f'<path d="M{low:.1f} {y + 6}H{high:.1f}" stroke="#57606a"/>'
                f'<text x="{high + 8:.1f}" y="{y + 10}">{row["median"]:.2f} s{ratio}</text>')
        y += 36
    style = "text{font:12px system-ui,sans-serif;fill:#57606a}.h{font-weight:600}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {y}" role="img"><style>{style}</style>'
    title = f'<text x="16" y="22">median of one run, fastest to slowest as a line; {facts["date"]}, in the lab</text>'
    return head + title + "".join(parts) + "</svg>\n"


def write(samples, facts, folder):
    folder.mkdir(parents=True, exist_ok=True)
    all_rows = list(with_ratios(rows(samples)))
    text = table(all_rows, facts)
    (folder / "table.txt").write_text(text)
    (folder / "chart.svg").write_text(chart(all_rows, facts))
    everything = {"facts": facts, "rows": all_rows, "samples": samples}
    (folder / "samples.json").write_text(json.dumps(everything, indent=1) + "\n")
    sys.stdout.write(text)
