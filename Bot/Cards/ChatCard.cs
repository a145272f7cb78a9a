using BillingCopilot.Bot.WebConsole;
using BillingCopilot.Bot.WebConsole.Proposals;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;

namespace BillingCopilot.Bot.Cards;

/// <summary>
/// What a proposal's card says in a chat, whatever the channel: written by code from the proposal, plain text throughout,
/// without hidden characters. A channel only lays it out.
/// </summary>
/// <param name="Proposal">Id of the proposal.</param>
/// <param name="Title">What would be done.</param>
/// <param name="Tags">LIVE or TEST, status, risk.</param>
/// <param name="Customer">Name and id.</param>
/// <param name="Amount">With its currency; null where no amount is named.</param>
/// <param name="Changes">Before → after, one a field.</param>
/// <param name="Facts">What else is fixed: how it can be undone, who asked, until when it waits, what is signed.</param>
/// <param name="Reason">Whose words they are, and the words; stands apart from what is approved.</param>
/// <param name="Evidence">What the reason rests on, one a line.</param>
/// <param name="Outcome">Decisions so far and what came of them.</param>
/// <param name="Open">It waits for a decision.</param>
/// <param name="Whole">False when a channel's limits left out something that is signed: then it can't be approved there.</param>
public sealed record ChatCard(
    string Proposal, string Title, IReadOnlyList<string> Tags, string Customer, string? Amount, IReadOnlyList<CardChange> Changes,
    IReadOnlyList<CardFact> Facts, CardFact? Reason, IReadOnlyList<string> Evidence, IReadOnlyList<string> Outcome, bool Open, bool Whole = true)
{
    /// <summary>What stands in the place of what a channel has no room for.</summary>
    public const string TooLong = "This can't be shown here whole, so it can't be approved here. Open it in the console.";

    private const int MostText = 4000;
    private const int RowsOfACut = 10;
    private const int TextOfACut = 300;

    /// <summary>Nothing was there before: a mail, a note.</summary>
    public bool Creates => Changes.All(c => c.Before.Length == 0);

    /// <param name="people">Who is behind an id.</param>
    /// <param name="now">Business time: what is past its expiry is shown as expired.</param>
    public static ChatCard Of(ProposalView proposal, IReadOnlyList<Person> people, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        var status = proposal.Status == ProposalStatus.Pending && proposal.ExpiresAt <= now ? ProposalStatus.Expired : proposal.Status;
        return new(
            proposal.Id,
            PlainText.Line(proposal.Title, 300),
            [proposal.Livemode ? "LIVE" : "TEST", ProposalWords.Label(status), ProposalWords.Label(proposal.Risk)],
            $"{PlainText.Line(proposal.CustomerName, 300)} ({PlainText.Line(proposal.Customer.Id, 60)})",
            proposal.Amount?.ToDisplayText(),
            [.. proposal.Changes.Select(c => new CardChange(PlainText.Line(c.Field, 300), PlainText.Of(c.Before, MostText), PlainText.Of(c.After, MostText)))],
            [.. FactsOf(proposal, status, people)],
            proposal.Reason.Length == 0 ? null : new CardFact(proposal.ReasonIsAPersons ? $"Reason, in {ProposalWords.Name(proposal.RequestedBy, people)}'s words" : "AI-written reason", PlainText.Of(proposal.Reason, 1200)),
            [.. EvidenceOf(proposal.Evidence)],
            [.. OutcomeOf(proposal, status, people)],
            status == ProposalStatus.Pending,
            proposal.Changes.All(c => c.Before.Length <= MostText && c.After.Length <= MostText));
    }

    /// <summary>
    /// The same in less room: first without what the reason rests on, which is no part of what is signed; then with rows and
    /// words of what is, and from there on it can't be approved.
    /// </summary>
    /// <param name="step">0 leaves it as it is.</param>
    public ChatCard Shorter(int step) => step switch
    {
        0 => this,
        1 => this with { Evidence = Evidence.Count == 0 ? Evidence : ["In the console."] },
        _ => Shorter(1) with { Whole = false, Changes = [.. Changes.Take(RowsOfACut).Select(c => new CardChange(c.Field, Cut(c.Before), Cut(c.After)))] },
    };

    private static string Cut(string text) => PlainText.Of(text, TextOfACut);

    private static IEnumerable<CardFact> FactsOf(ProposalView proposal, ProposalStatus status, IReadOnlyList<Person> people)
    {
        yield return new("Undo", PlainText.Line(proposal.Reversibility, 400));
        yield return new("Requested by", PlainText.Line($"{ProposalWords.Name(proposal.RequestedBy, people)}, through {proposal.Agent}", 160));
        if (proposal.NotBefore is { } due)
        {
            yield return new("Not before", ProposalWords.Utc(due) + "; dropped if what it rests on has changed by then");
        }

        if (proposal.Earlier is { } earlier)
        {
            yield return new("Asked before", $"The same was proposed on {ProposalWords.Utc(earlier.CreatedAt)}: {ProposalWords.Label(earlier.Status)} ({earlier.Id})");
        }

        if (proposal.Replaces is { } replaced)
        {
            yield return new("Edited from", replaced);
        }

        if (proposal.Undoes is { } undone)
        {
            yield return new("Undoes", undone);
        }

        if (status == ProposalStatus.Pending)
        {
            yield return new("Expires", ProposalWords.Utc(proposal.ExpiresAt));
            if (proposal.SecondApprover is { } why)
            {
                yield return new("Two people", PlainText.Line(why, 400));
            }
        }

        yield return new("Signs", $"{proposal.Id}, hash {proposal.Hash}");
    }

    private static IEnumerable<string> EvidenceOf(ProposalEvidence evidence)
    {
        foreach (var receipt in evidence.Receipts)
        {
            yield return PlainText.Line($"{receipt.Text}: {(receipt.Source == "asker" ? "the requester's words" : $"{receipt.Tool} {receipt.Path}")}", 240);
        }

        foreach (var figure in evidence.Unbacked)
        {
            yield return PlainText.Line($"{figure}: nothing backs this figure", 240);
        }

        foreach (var quote in evidence.Quotes)
        {
            yield return PlainText.Line($"{quote.Document}, {quote.Section}: “{quote.Quote}”", 700);
        }
    }

    private static IEnumerable<string> OutcomeOf(ProposalView proposal, ProposalStatus status, IReadOnlyList<Person> people)
    {
        foreach (var approval in proposal.Approvals)
        {
            yield return PlainText.Line(
                $"{(approval.Decision == "approved" ? "Approved" : "Rejected")} by {ProposalWords.Name(approval.Person, people)} ({approval.Role}), {approval.Channel}, {ProposalWords.Utc(approval.At)}"
                + (string.IsNullOrWhiteSpace(approval.Reason) ? "" : $": “{approval.Reason}”"), 700);
        }

        if (ProposalWords.Explanation(status) is { } explanation)
        {
            yield return explanation;
        }

        if (proposal.ResultText is { } text)
        {
            yield return PlainText.Of(text, 1000);
        }

        if ((proposal.ResultObjectId ?? proposal.RequestId) is not null)
        {
            yield return PlainText.Line(string.Join(", ", new[] { proposal.ResultObjectId, proposal.RequestId }.OfType<string>()), 200);
        }
    }
}

/// <param name="Before">Empty when nothing was there.</param>
public sealed record CardChange(string Field, string Before, string After);

public sealed record CardFact(string Label, string Text);
