using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>How much of everything a size has.</summary>
/// <param name="Customers">The cast and the many others; never fewer than the cast.</param>
/// <param name="Sellers">Connected accounts of the marketplace.</param>
/// <param name="SalesAMonth">Typical sales of a seller beyond the cast.</param>
internal sealed record LumenScale(int Customers, int Sellers, int SalesAMonth);

/// <summary>Everything that will happen in a world, decided but not yet run. Lives can be run in any order, side by side.</summary>
internal sealed class LumenPlan
{
    /// <summary>Sellers that are the same in every size.</summary>
    public const int CastSellers = 8;

    private const long CastSales = 7;
    private readonly SeededRandom _random;
    private readonly LumenScale _scale;
    private readonly Roster _roster;
    private readonly IReadOnlyList<string> _fillerNames;

    public LumenPlan(int seed, LumenScale scale)
    {
        _scale = scale;
        _random = new SeededRandom(unchecked((ulong)seed)).Stream("lumen");
        AccountId = StripeIds.NewAccountId(_random.Stream("account"));
        Catalogue = new Catalogue(_random.Stream("catalogue"), AccountId);
        Settlement = new Settlement(_random.Stream("payouts"), AccountId);
        _roster = new Roster(_random.Stream("roster"));
        Cast = _roster.Cast();
        _fillerNames = _roster.FillerNames(Math.Max(0, scale.Customers - Cast.Count));
    }

    public string AccountId { get; }

    public Catalogue Catalogue { get; }

    public Settlement Settlement { get; }

    /// <summary>Customers of whom the truth tells, in every size.</summary>
    public IReadOnlyList<CustomerScript> Cast { get; }

    /// <summary>Lives beyond the cast: first the customers, then the sellers.</summary>
    public int Others => _fillerNames.Count + Math.Max(0, _scale.Sellers - CastSellers);

    /// <param name="counterparty">Whose life goes into them.</param>
    public Books NewBooks(string counterparty) => new(AccountId, Catalogue, Settlement) { Counterparty = counterparty };

    public SeededRandom Stream(string name) => _random.Stream(name);

    /// <summary>Runs a customer of the cast.</summary>
    public CustomerRun Customer(int index) => Customer(Cast[index], index);

    /// <summary>Runs a seller of the cast.</summary>
    public SellerRun Seller(int order) => Seller(order, CastSales);

    /// <summary>Runs one of the others.</summary>
    public Books Other(int index)
    {
        if (index < _fillerNames.Count)
        {
            var position = Cast.Count + index;
            return Customer(_roster.Filler(position, _fillerNames[index]), position).Books;
        }

        return Seller(CastSellers + index - _fillerNames.Count, _scale.SalesAMonth).Books;
    }

    private CustomerRun Customer(CustomerScript script, int index)
    {
        var run = new CustomerRun(NewBooks(script.Name), script, _random.Stream("customer:" + index.ToString(CultureInfo.InvariantCulture)));
        run.Books.Timeline.Run();
        if (script.Role == Role.Filler)
        {
            Payers.DecideOther(run, _random.Stream($"payer:{index}"));
        }

        return run;
    }

    private SellerRun Seller(int order, long sales)
    {
        var random = _random.Stream("sellers");
        var script = SellerScript.Of(order, sales, random);
        var run = new SellerRun(NewBooks(script.Name), script, random.Stream($"run:{order}"));
        run.Run();
        return run;
    }

    /// <summary>The platform's own account.</summary>
    public JsonObject Account()
    {
        var account = AccountObject.Create(AccountId, Calendar.Opened, "Lumen", "US", "usd", "Etc/UTC");
        PayoutSettings.Set(account, "daily", 2, Calendar.NowUnix);
        return account;
    }
}
