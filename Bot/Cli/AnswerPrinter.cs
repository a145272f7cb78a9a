using System.Globalization;
using BillingCopilot.Agents.Turns;
using BillingCopilot.Governance.Proposals;
using Spectre.Console;

namespace BillingCopilot.Bot.Cli;

/// <summary>Draws answers and proposals in a terminal. Everything from outside is escaped.</summary>
internal static class AnswerPrinter
{
    /// <param name="howToDecide">Who may decide on a proposal, and where.</param>
    public static void Print(IAnsiConsole console, TurnAnswer answer, Func<ProposalView, string> howToDecide)
    {
        console.MarkupLineInterpolated($"[bold]{answer.Agent}[/] [grey]({answer.Model})[/]");
        console.WriteLine(answer.Text);
        if (answer.Receipts.Count > 0)
        {
            WholeTable.Write(console, null, ["Figure", "Where it comes from", "Object"], answer.Receipts.Select(r => new[]
            {
                r.Text, r.Source == "tool" ? $"{r.Tool} {r.Path}" : r.Source, r.ObjectId ?? "",
            }));
        }

        foreach (var citation in answer.Citations.Where(c => c.Quote is not null))
        {
            console.MarkupLineInterpolated($"[grey]{citation.Reference}:[/] “{citation.Quote!}”");
        }

        foreach (var proposal in answer.Proposals)
        {
            Print(console, proposal, howToDecide(proposal));
        }

        if (answer.Spent is { } spent)
        {
            console.MarkupLineInterpolated($"[grey]{Used(answer, spent)}[/]");
        }
    }

    /// <summary>What the turn used; its seconds are in the JSON, so that the same command prints the same.</summary>
    private static string Used(TurnAnswer answer, TurnSpent spent)
    {
        var tokens = answer.InputTokens + answer.OutputTokens;
        return string.Create(CultureInfo.InvariantCulture, $"Used: {spent.Rounds} rounds, {spent.Calls} tool calls{(tokens > 0 ? $", {tokens:N0} tokens" : "")}{(spent.Cost is { } cost and > 0 ? $", ${cost:0.0000}" : "")}{(spent.Stopped is { } limit ? $"; stopped at {limit}" : "")}.");
    }

    public static void Print(IAnsiConsole console, ProposalView proposal, string howToDecide)
    {
        var rows = new Table().Border(TableBorder.None).AddColumns("", "before", "after");
        foreach (var change in proposal.Changes)
        {
            rows.AddRow(new Text(change.Field), new Text(change.Before), new Text(change.After));
        }

        var amount = proposal.Amount is { } money ? $" · {money.ToDisplayText()}" : "";
        var facts = new Rows(
            new Text($"{proposal.CustomerName} ({proposal.Customer.Id}){amount} · {(proposal.Livemode ? "LIVE" : "test")} · {proposal.Status}"),
            rows,
            new Text($"{proposal.Reversibility} Asked by {proposal.RequestedBy} through {proposal.Agent}; expires {proposal.ExpiresAt:yyyy-MM-dd HH:mm} UTC."),
            new Text($"{(proposal.ReasonIsAPersons ? $"Reason, in {proposal.RequestedBy}'s words" : "AI-written reason")}: {proposal.Reason}"),
            new Text($"{proposal.Id}\nhash {proposal.Hash}"),
            new Text((proposal.SecondApprover is { } second ? $"Two different people must approve. {second}\n" : "") + howToDecide));
        console.Write(new Panel(facts).Header(Markup.Escape(proposal.Title)).BorderColor(proposal.Livemode ? Color.Red : Color.Grey));
    }
}
