using System.Text.RegularExpressions;
using BillingCopilot.Agents.Text;
using BillingCopilot.Governance.Operations;

namespace BillingCopilot.Agents.Handles;

/// <summary>What a person typed, made fit to store and to send to a model.</summary>
/// <param name="Text">With handles for ids, tokens for addresses and no card numbers.</param>
/// <param name="CardNumbersRemoved">How many card numbers were taken out; the person is told.</param>
public sealed record IncomingText(string Text, int CardNumbersRemoved);

/// <summary>
/// Swaps raw Stripe ids and mail addresses for handles on the way in, and handles for ids on the way out.
/// A typed id is only a candidate: it gets a handle, and the tool that reads it finds out whether it exists.
/// </summary>
public static partial class TypedReferences
{
    /// <summary>What stands for a raw id that may not become a handle.</summary>
    public const string RemovedId = "[id]";

    /// <summary>What stands for a typed id of an object that no tool takes by its id (a dispute, a payout, an event).</summary>
    public const string UnreadableId = "[id that no tool takes]";

    private static readonly Dictionary<string, ObjectKind> Kinds = new(StringComparer.Ordinal)
    {
        ["cus"] = ObjectKind.Customer,
        ["sub"] = ObjectKind.Subscription,
        ["in"] = ObjectKind.Invoice,
        ["il"] = ObjectKind.InvoiceLine,
        ["ch"] = ObjectKind.Charge,
        ["py"] = ObjectKind.Charge,
        ["pi"] = ObjectKind.PaymentIntent,
        ["pm"] = ObjectKind.PaymentMethod,
        ["re"] = ObjectKind.Refund,
        ["cn"] = ObjectKind.CreditNote,
        ["prod"] = ObjectKind.Product,
        ["price"] = ObjectKind.Price,
    };

    public static IncomingText TakeIn(string text, HandleMap handles)
    {
        var (clean, removed) = Redaction.Clean(text);

        // One that was taken out before the text was stored counts as well: the person is told either way.
        removed += (text.Length - text.Replace(CardNumbers.Mask, "", StringComparison.Ordinal).Length) / CardNumbers.Mask.Length;
        clean = Redaction.MailAddress().Replace(clean, m => handles.TokenForMail(m.Value));
        clean = RawId().Replace(clean, m => Kinds.TryGetValue(m.Groups["prefix"].Value, out var kind) ? handles.HandleFor(new ObjectRef(kind, m.Value)) : UnreadableId);
        return new IncomingText(clean, removed);
    }

    /// <summary>
    /// What a tool refused, for a model: ids and addresses that have a handle here are named by it, all others are
    /// taken out. Issues nothing, so that no refusal makes a handle of what a model wrote.
    /// </summary>
    public static string WithKnownOnly(string text, HandleMap handles)
    {
        var clean = Redaction.Clean(text).Text;
        clean = Redaction.MailAddress().Replace(clean, m => handles.Known(m.Value.ToLowerInvariant()) ?? Redaction.MailMask);
        return RawId().Replace(clean, m => handles.Known(m.Value) ?? RemovedId);
    }

    /// <summary>
    /// A model's words for a search that code runs: handles and mail tokens give way to what they stand for. Null
    /// when it wrote an id or address itself, since those come only from a tool or a person.
    /// </summary>
    public static string? ForSearch(string text, HandleMap handles)
    {
        var folded = VisibleText.Folded(text);
        return folded.Contains('@', StringComparison.Ordinal) || AnyRawId().IsMatch(folded)
            ? null
            : Handle().Replace(VisibleText.Plain(text), m => handles.Find(m.Value)?.ObjectId ?? m.Value);
    }

    /// <summary>Somebody's words as <see cref="ForSearch"/> takes them: without what looks like a raw id or an address.</summary>
    public static string WithoutRaw(string text) =>
        AnyRawId().Replace(text, RemovedId).Replace('@', ' ').Replace('\uFF20', ' ').Replace('\uFE6B', ' ');

    /// <summary>
    /// The text for a person: each known handle gives way to its label (an invoice's number, a customer's name)
    /// or, without one, to the real id.
    /// </summary>
    public static string GiveOut(string text, HandleMap handles, Func<string, string?> labelOf) =>
        Handle().Replace(text, m => handles.Find(m.Value) is { } entry ? labelOf(entry.Handle) ?? entry.ObjectId : m.Value);

    /// <summary>Raw Stripe ids in a text.</summary>
    public static IEnumerable<Match> RawIdsIn(string text) => RawId().Matches(text);

    [GeneratedRegex(@"(?:cus|sub|in|il|ch|py|pi|pm|re|cn|prod|price|si|seti|cs|acct|po|txn|dp|du|evt|req)_[A-Za-z0-9_]{4,}", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AnyRawId();

    /// <summary>Of what has no handle only what is long and has a digit: <c>po_number</c> and <c>file_name</c> are words. A request's id is no object's: a refusal names it.</summary>
    [GeneratedRegex(@"\b(?<prefix>cus|sub|in|il|ch|py|pi|pm|re|cn|prod|price)_[A-Za-z0-9_]{4,}\b|\b(?<prefix>dp|du|po|txn|si|acct|evt|seti|cs|ii|ba|card|src|tok|tr|trr|pyr|fee|fr|promo|mandate|we|file|qt)_(?=[A-Za-z_]*[0-9])[A-Za-z0-9_]{8,}\b", RegexOptions.CultureInvariant)]
    private static partial Regex RawId();

    [GeneratedRegex(@"\b(?:cus|inv|line|ch|pi|pm|re|cn|sub|prod|price|prop|tic|mail)[0-9]{1,5}\b", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Handle();
}
