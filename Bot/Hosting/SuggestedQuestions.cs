using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Worlds;

namespace BillingCopilot.Bot.Hosting;

/// <summary>Three questions for a first try, about customers that this account really has.</summary>
public sealed class SuggestedQuestions
{
    public IReadOnlyList<string> All { get; private set; } =
    [
        "Which policy applies when a customer was charged twice?",
        "How long after a payment can we refund it?",
        "What happens when a card is declined?",
    ];

    /// <summary>Names customers of a generated world whose invoices show what the copilot explains.</summary>
    public void From(World world)
    {
        var names = world.Account.All("customer").ToDictionary(c => (string)c["id"]!, c => (string?)c["name"] ?? "", StringComparer.Ordinal);
        var byCustomer = world.Account.All("invoice").GroupBy(i => (string)i["customer"]!).ToList();
        var rose = byCustomer.FirstOrDefault(g => Plain(names[g.Key]) && g.TakeLast(2).Select(i => (long)i["total"]!).ToList() is [var before, var last] && last > before);
        var failed = byCustomer.FirstOrDefault(g => Plain(names[g.Key]) && g.Any(i => (string?)i["status"] == "open" && (long)i["attempt_count"]! > 0));
        if (rose is not null && failed is not null)
        {
            All = [$"Why did {names[rose.Key]}'s last invoice go up?", $"Why did the payment of {names[failed.Key]} fail?", "Which policy applies when a customer was charged twice?"];
        }
    }

    private static bool Plain(string name) => name.Length is > 3 and < 30 && name.All(c => char.IsAsciiLetter(c) || c == ' ');
}
