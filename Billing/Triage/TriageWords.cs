using System.Text.Json;

namespace BillingCopilot.Billing.Triage;

/// <summary>What the classifier knows, as data: words and how much each speaks for an intent.</summary>
/// <param name="Least">Score below which no intent is claimed.</param>
/// <param name="Margin">Points that an intent must be ahead of the next one to be claimed; hostile words need none.</param>
/// <param name="Groups">Phrases of one meaning in every language, by the name that <c>@name</c> calls them by.</param>
/// <param name="Known">Words one slip away from one of ours that are words themselves, and not misspelt.</param>
/// <param name="Languages">Frequent little words, by ISO 639-1 code.</param>
public sealed record TriageWords(
    double Least,
    double Margin,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Groups,
    IReadOnlyList<string> Known,
    IReadOnlyDictionary<string, IntentWords> Intents,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Urgency,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Sentiment,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Languages)
{
    /// <summary>The words that ship: <c>words.json</c> beside this file.</summary>
    public static TriageWords Shipped { get; } = Read();

    private static TriageWords Read()
    {
        using var data = typeof(TriageWords).Assembly.GetManifestResourceStream("BillingCopilot.Billing.Triage.words.json")!;
        return JsonSerializer.Deserialize<TriageWords>(data, JsonSerializerOptions.Web)!;
    }
}

/// <summary>One intent. Phrases as <see cref="TicketPhrase"/> reads them, each counted once with its weight.</summary>
/// <param name="Policy">Words to find the policy that applies.</param>
/// <param name="Words">Plain words: they alone can make a ticket harmless enough for a bank to read.</param>
/// <param name="Families">Ways to say it, mostly a topic and what is wanted of it near each other. They sort, and are heard.</param>
public sealed record IntentWords(string Policy, IReadOnlyDictionary<string, double> Words, IReadOnlyDictionary<string, double> Families);
