using System.Text.RegularExpressions;

namespace BillingCopilot.Agents.Models.Rules;

/// <summary>What is to be answered where a message asks for several things, now or before a question back.</summary>
internal abstract partial record ManyAsked
{
    private ManyAsked()
    {
    }

    /// <summary>Each of these, in this order.</summary>
    /// <param name="Replies">What a question back to all of them was answered with, newest first.</param>
    /// <param name="Message">The words they are parts of.</param>
    public sealed record All(IReadOnlyList<Ask> Asks, IReadOnlyList<string> Replies, string Message) : ManyAsked
    {
        /// <summary>The words of one, and those that may say whom it is about: the parts before it, the whole, the parts after it.</summary>
        public Understood Read(Ask ask)
        {
            var at = Asks.TakeWhile(a => !ReferenceEquals(a, ask)).Count();
            return new Understood(ask.Intent, [.. Replies, ask.Words], Beside: [.. Asks.Take(at).Reverse().Select(a => a.Words), Message, .. Asks.Skip(at + 1).Select(a => a.Words)]);
        }
    }

    /// <summary>The one of them that was asked back about.</summary>
    public sealed record OneOf(Understood Understood) : ManyAsked;

    /// <returns>Null when the last message asks for one thing.</returns>
    public static ManyAsked? In(Dialogue dialogue, Readers readers)
    {
        if (dialogue.IsPlaybook || readers.Mine.IsReply(dialogue))
        {
            return null;
        }

        if (!readers.Mine.IsAnswerBack(dialogue))
        {
            return SeveralAsks.In(dialogue.Asked, readers) is { Count: > 1 } asks ? new All(asks, [], dialogue.Asked) : null;
        }

        var turns = dialogue.Before().TakeWhile(b => AskBack.IsIn(b.Answer)).ToList();
        var (question, answer) = turns[^1];
        if (SeveralAsks.In(question, readers) is not { Count: > 1 } before)
        {
            return null;
        }

        string[] replies = [dialogue.Asked, .. turns.SkipLast(1).Select(t => t.Asked)];
        return About().Match(answer) is not { Success: true } about ? new All(before, replies, question)
            : before.FirstOrDefault(a => SeveralAsks.Repeated(a.Words) == about.Groups["words"].Value) is { } one
            ? new OneOf(new All(before, replies, question).Read(one)) : null;
    }

    public static string NotUnderstood(Ask ask) => $"I did not understand “{SeveralAsks.Repeated(ask.Words)}”. Can you put it in other words?";

    /// <summary>The answers in order. What is asked back says about which part, unless it is the same for all; of offers, which a yes would take, there is one or none.</summary>
    public static string Joined(IReadOnlyList<Ask> asks, IReadOnlyList<RuleMove.Say> said)
    {
        var same = said.Select(s => s.Text).Distinct(StringComparer.Ordinal).Count() == 1;
        var offers = said.Select(s => s.Offer).OfType<string>().ToArray();
        var parts = said.Select((s, i) => !same && AskBack.IsIn(s.Text) ? $"About “{SeveralAsks.Repeated(asks[i].Words)}”: {s.Text}" : s.Text)
            .Concat(offers.Length == 1 ? offers : [])
            .Concat(asks.Skip(said.Count).Select(a => $"I have not answered “{SeveralAsks.Repeated(a.Words)}” yet: please ask again."));
        return string.Join("\n\n", parts.Select(p => p.Trim()).Distinct(StringComparer.Ordinal));
    }

    [GeneratedRegex("^About “(?<words>[^“”]*)”: ", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex About();
}
