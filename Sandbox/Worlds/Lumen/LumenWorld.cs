using System.Globalization;
using BillingCopilot.Sandbox.Objects;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>
/// Lumen sells analytics software by subscription. The generator casts customers, then lets their lives run
/// from the first subscription to <see cref="Calendar.Now"/>; whatever was not due by then has not happened.
/// </summary>
internal static class LumenWorld
{
    private const string Name = "lumen";

    public static World Build(int seed, string size, int customers)
    {
        var random = new SeededRandom(unchecked((ulong)seed)).Stream(Name);
        var account = new AccountState(StripeIds.NewAccountId(random.Stream("account")));
        var books = new Books(account, new Catalogue(random.Stream("catalogue"), account));
        account.Put(AccountObject.Create(account.AccountId, Calendar.Opened, "Lumen", "US", "usd", "Etc/UTC"));
        var runs = Run(books, new Roster(random.Stream("roster")).Cast(customers), random);
        var (documents, hostile) = LumenDocuments.Build(runs, random.Stream("documents"));
        return new World(Name, seed, size, Calendar.Now, account, new Truth(books, runs).Write(hostile), documents);
    }

    private static List<CustomerRun> Run(Books books, IReadOnlyList<CustomerScript> scripts, SeededRandom random)
    {
        var runs = scripts
            .Select((script, index) => new CustomerRun(books, script, random.Stream("customer:" + index.ToString(CultureInfo.InvariantCulture))))
            .ToList();
        books.Timeline.Run();
        return runs;
    }
}
