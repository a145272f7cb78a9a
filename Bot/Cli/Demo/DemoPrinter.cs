using System.Text.Json.Nodes;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage.Rows;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli.Demo;

/// <summary>What the demo shows. Everything that comes from the world is printed as plain text.</summary>
internal sealed class DemoPrinter(IAnsiConsole console)
{
    public void Opening(CopilotSettings settings, Uri address)
    {
        console.MarkupLine("[bold]BillingCopilot[/]: models propose, people dispose.");
        console.MarkupLineInterpolated($"[grey]Copilot at {address}, Stripe sandbox at {settings.Stripe.ApiBase} (world {settings.Sandbox.World}, seed {settings.Sandbox.Seed}), model {settings.Model.For("").Label}.[/]");
    }

    public void Chapter(string title)
    {
        console.WriteLine();
        console.Write(new Rule(Markup.Escape(title)).LeftJustified());
    }

    public void Asked(string person, string text) => console.MarkupLineInterpolated($"[bold]{person}:[/] {text}");

    public void Said(string agent, string text)
    {
        console.MarkupLineInterpolated($"[bold]{agent}:[/]");
        console.Write(new Padder(new Text(text), new Padding(2, 0)));
        console.WriteLine();
    }

    public void Progress(string name, JsonObject data)
    {
        if (name == "tool_started")
        {
            console.MarkupLineInterpolated($"  [grey]… {(string?)data["label"] ?? (string?)data["name"]}[/]");
        }
    }

    public void Receipts(JsonObject answer)
    {
        var table = new Table().Border(TableBorder.Simple).Title("Receipts").AddColumns("figure", "from", "object");
        foreach (var receipt in answer["receipts"]!.AsArray())
        {
            var from = (string?)receipt!["source"] == "tool" ? $"{receipt["tool"]} {receipt["path"]}" : (string?)receipt["source"] ?? "";
            table.AddRow(new Text((string?)receipt["text"] ?? ""), new Text(from), new Text((string?)receipt["object_id"] ?? ""));
        }

        console.Write(table);
    }

    public void Proposal(JsonObject proposal)
    {
        var rows = new Table().Border(TableBorder.Simple).AddColumns("", "before", "after");
        foreach (var change in proposal["changes"]!.AsArray())
        {
            rows.AddRow(new Text((string?)change!["field"] ?? ""), new Text((string?)change["before"] ?? ""), new Text((string?)change["after"] ?? ""));
        }

        console.Write(new Panel(new Rows(
            new Text($"{proposal["customer_name"]} ({proposal["customer"]}) · {((bool?)proposal["livemode"] == true ? "LIVE" : "test")} · waits for a person"),
            rows,
            new Text((string?)proposal["reversibility"] ?? ""),
            new Text($"AI-written reason: {proposal["reason"]}"),
            new Text($"{proposal["id"]}, hash {((string?)proposal["hash"])?[..12]}…"))).Header(Markup.Escape((string?)proposal["title"] ?? "")));
    }

    public void Decision(string person, JsonObject proposal) =>
        console.MarkupLineInterpolated($"[bold]{person}[/] approves → [green]{proposal["status"]}[/]: {proposal["result_text"]} {proposal["result_object_id"]} [grey]({proposal["request_id"]})[/]");

    public void Ledger(IReadOnlyList<JsonObject> writes)
    {
        var table = new Table().Border(TableBorder.Simple).Title("Effects in the sandbox's ledger").AddColumns("effect", "object", "key", "idempotency key");
        foreach (var write in writes)
        {
            table.AddRow(new Text($"{write["effect"]}"), new Text($"{write["object"]}"), new Text($"{write["key"]}"), new Text($"{write["idempotency_key"]}"));
        }

        console.Write(table);
    }

    public void Mail(string eml) => console.Write(new Panel(new Text(eml)).Header("the .eml in the outbox"));

    public void Audit(IReadOnlyList<AuditRow> entries)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("#", "at (UTC)", "entry", "by", "about", "hash");
        foreach (var entry in entries)
        {
            table.AddRow(new Text($"{entry.Seq}"), new Text($"{entry.At:yyyy-MM-dd HH:mm:ss}"), new Text(entry.Kind), new Text(entry.Actor), new Text(entry.Subject), new Text(entry.Hash[..12]));
        }

        console.Write(table);
        console.MarkupLine("The chain is whole: each entry holds the hash of the one before.");
    }

    public void Closing() => console.MarkupLine("[green]Done.[/] Serve it with [bold]dotnet run --project Bot[/].");
}
