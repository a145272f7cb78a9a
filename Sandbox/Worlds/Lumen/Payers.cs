using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Worlds.Lumen;

/// <summary>
/// Whether and when customers with a declined card will pay: by time alone, when asked in their way, or never. What
/// moves them differs by seed; in some worlds nobody answers and time heals every decline that can heal, so that a
/// plain fixed schedule is the best that can be done.
/// </summary>
internal sealed class Payers
{
    private static readonly string[] Waiting = ["insufficient_funds", "generic_decline", "do_not_honor", "card_velocity_exceeded", "processing_error"];
    private static readonly string[] Ways = ["portal_link", "mail", "invoice_sent", "call"];
    private readonly SeededRandom _random;
    private readonly int _payday;
    private readonly List<string> _ways;

    public Payers(SeededRandom random)
    {
        _random = random;
        _payday = (int)random.Between(4, 27);
        OnlyTimeHelps = random.Chance(25);
        _ways = random.Shuffle(Ways);
    }

    /// <summary>True where asking moves nobody.</summary>
    public bool OnlyTimeHelps { get; }

    /// <summary>Fixes how a customer of the cast behaves from now on.</summary>
    public JsonObject Decide(CustomerRun run)
    {
        var random = _random.Stream(run.Id);
        var decline = run.Script.Kind;
        long? heals = Waiting.Contains(decline) && (OnlyTimeHelps || random.Chance(70)) ? Heals(decline, random) : null;
        var ways = OnlyTimeHelps || random.Chance(20) ? [] : _ways.Take((int)random.Between(1, 2)).ToDictionary(way => way, way => Seconds(way, random));
        run.Books.PaymentBehaviours[run.PaymentMethod.Id()] = heals is null ? decline : $"{decline} until={heals}";
        if (ways.Count > 0)
        {
            run.Books.PaymentBehaviours[run.Id] = "asked=" + string.Join(',', ways.Select(way => $"{way.Key}:{way.Value}"));
        }

        return new JsonObject
        {
            ["invoice"] = run.LastInvoice.Json.Id(),
            ["customer"] = run.Id,
            ["customer_name"] = run.Script.Name,
            ["decline_code"] = decline,
            ["cause"] = Cause(decline),
            ["pays_from"] = heals,
            ["will_pay_if_asked"] = ways.Count > 0,
            ["ways"] = JsonFields.Array(ways.Keys),
            ["backup_card_pays"] = run.BackupCard is not null,
            ["will_pay"] = heals is not null || ways.Count > 0 || run.BackupCard is not null,
        };
    }

    /// <summary>One of the many, whose card may stop paying some day.</summary>
    public static void DecideOther(CustomerRun run, SeededRandom random)
    {
        if (!random.Chance(12))
        {
            return;
        }

        var decline = random.Pick<string>(["insufficient_funds", "insufficient_funds", "expired_card", "do_not_honor", "lost_card", "generic_decline"]);
        run.Books.PaymentBehaviours[run.PaymentMethod.Id()] = $"ok from={Calendar.NowUnix + random.Between(1, 90) * Calendar.Day}:{decline}";
        if (random.Chance(60))
        {
            run.Books.PaymentBehaviours[run.Id] = $"asked={random.Pick(Ways)}:{random.Between(1, 96) * 3_600}";
        }
    }

    private long Heals(string decline, SeededRandom random) => decline switch
    {
        "insufficient_funds" => Calendar.MonthStart(Calendar.NowUnix) + (_payday - 1) * Calendar.Day + random.Between(6, 18) * 3_600,
        "card_velocity_exceeded" => Calendar.NowUnix + random.Between(20, 50) * 3_600,
        _ => Calendar.NowUnix + random.Between(2, 11) * Calendar.Day,
    };

    private static long Seconds(string way, SeededRandom random) => way switch
    {
        "call" => random.Between(1, 6) * 3_600,
        "portal_link" => random.Between(1, 40) * 3_600,
        _ => random.Between(10, 120) * 3_600,
    };

    private static string Cause(string decline) => decline switch
    {
        "insufficient_funds" => "no_money_on_the_account",
        "expired_card" or "incorrect_cvc" or "incorrect_number" => "card_data_out_of_date",
        "lost_card" or "stolen_card" or "pickup_card" => "card_gone",
        "authentication_required" => "bank_wants_the_cardholder",
        "card_velocity_exceeded" => "limit_of_the_card",
        _ => "bank_gives_no_reason",
    };
}
