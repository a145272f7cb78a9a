using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen.Finance;

/// <summary>Lumen's books of the last two closed months, as they are, errors included.</summary>
internal sealed class Ledger
{
    private readonly List<LedgerEntry> _entries;

    /// <param name="entries">One for each movement, as it should be booked.</param>
    public Ledger(IEnumerable<LedgerEntry> entries) => _entries = [.. entries.OrderBy(entry => entry.At).ThenBy(entry => entry.Reference, StringComparer.Ordinal)];

    /// <summary>Unix seconds of the first day in the books.</summary>
    public static long Opens { get; } = new DateTimeOffset(2026, 9, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    /// <summary>Unix seconds of the first day after.</summary>
    public static long Closes { get; } = new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    public IReadOnlyList<LedgerEntry> Entries => _entries;

    /// <summary>The right entry for a movement, or null when it lies outside the books.</summary>
    /// <param name="counterparty">Whose money it is.</param>
    public static LedgerEntry? Of(JsonObject movement, string counterparty, string? account)
    {
        var at = movement.Whole("created");
        return at < Opens || at >= Closes ? null : new LedgerEntry(
            at, Kind(movement), movement.Text("source") ?? movement.Id(), counterparty, movement.Id("currency"),
            movement.Whole("amount"), movement.Whole("fee"), movement.Text(BalanceTransactionObject.PaidOutBy), account);
    }

    public void Replace(LedgerEntry old, LedgerEntry by) => _entries[_entries.IndexOf(old)] = by;

    public void Remove(LedgerEntry entry) => _entries.Remove(entry);

    public void Add(LedgerEntry entry) => _entries.Add(entry);

    /// <summary>Numbers the lines as they stand, month by month.</summary>
    public void Close()
    {
        _entries.Sort((one, other) => one.At != other.At ? one.At.CompareTo(other.At) : string.CompareOrdinal(one.Reference, other.Reference));
        for (var i = 0; i < _entries.Count; i++)
        {
            _entries[i] = _entries[i] with { Number = $"L-{(70_001 + i).ToString(CultureInfo.InvariantCulture)}" };
        }
    }

    /// <summary>Numbers of the lines with a reference.</summary>
    public IEnumerable<string> Numbers(string reference) => _entries.Where(entry => entry.Reference == reference).Select(entry => entry.Number);

    /// <summary>A file for each month.</summary>
    public IEnumerable<WorldDocument> Files() => _entries
        .GroupBy(entry => Calendar.Date(entry.At)[..7], StringComparer.Ordinal)
        .OrderBy(month => month.Key, StringComparer.Ordinal)
        .Select(month => new WorldDocument($"finance/books/ledger-{month.Key}.csv", Text(month)));

    private static string Text(IEnumerable<LedgerEntry> entries)
    {
        var text = new StringBuilder(LedgerEntry.Columns).Append('\n');
        foreach (var entry in entries)
        {
            text.Append(entry.Text()).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(JsonObject movement) => movement.Id("type") switch
    {
        "application_fee" => "marketplace_fee",
        "adjustment" => "dispute",
        var type => type,
    };
}
