using System.Text.Json.Nodes;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage.Rows;
using MimeKit;
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
        WholeTable.Write(console, "Receipts", ["figure", "from", "object"], answer["receipts"]!.AsArray().Select(r => new[]
        {
            $"{r!["text"]}", (string?)r["source"] == "tool" ? $"{r["tool"]} {r["path"]}" : $"{r["source"]}", $"{r["object_id"]}",
        }));
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
            new Text($"{((bool?)proposal["reason_is_a_persons"] == true ? "Reason" : "AI-written reason")}: {proposal["reason"]}"),
            new Text($"{proposal["id"]}\nhash {proposal["hash"]}"))).Header(Markup.Escape((string?)proposal["title"] ?? "")));
    }

    public void Decision(string person, JsonObject proposal) =>
        console.MarkupLineInterpolated($"[bold]{person}[/] approves → [green]{proposal["status"]}[/]: {proposal["result_text"]} {proposal["result_object_id"]} [grey]({proposal["request_id"]})[/]");

    public void Ledger(IReadOnlyList<JsonObject> writes)
    {
        WholeTable.Write(
            console, "Effects in the sandbox's ledger", ["effect", "object", "key", "idempotency key"],
            writes.Select(w => new[] { $"{w["effect"]}", $"{w["object"]}", $"{w["key"]}", $"{w["idempotency_key"]}" }));
    }

    /// <summary>The mail as its reader sees it; the file holds it encoded for transport.</summary>
    public void Mail(string path)
    {
        using var mail = MimeMessage.Load(path);
        console.Write(new Panel(new Text($"From: {mail.From}\nTo: {mail.To}\nDate: {mail.Date:yyyy-MM-dd HH:mm} UTC\nSubject: {mail.Subject}\n\n{mail.TextBody?.TrimEnd()}"))
            .Header(Markup.Escape($"the mail in the outbox, {Path.GetFileName(path)}")));
    }

    public void Audit(IReadOnlyList<AuditRow> entries)
    {
        WholeTable.Write(
            console, null, ["#", "at (UTC)", "entry", "by", "about", "hash begins"],
            entries.Select(e => new[] { $"{e.Seq}", $"{e.At:yyyy-MM-dd HH:mm:ss}", e.Kind, e.Actor, e.Subject, e.Hash[..12] }));
        console.MarkupLine("The chain is whole: each entry holds the hash of the one before.");
    }

    public void Closing() => console.MarkupLine("[green]Done.[/] Serve it with [bold]dotnet run --project Bot[/].");
}
