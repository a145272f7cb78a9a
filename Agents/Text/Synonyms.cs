namespace BillingCopilot.Agents.Text;

/// <summary>Words of billing talk that mean the same here. The first of a line is the one kept.</summary>
public static class Synonyms
{
    private const string Groups = """
        invoice bill bills billing
        increase increased higher high large larger big jump jumped rise rose risen grew grow growing more bigger pricier expensive extra climbed surge spike spiked doubled went up upped hike hiked
        decrease lower lowered dropped less cheaper smaller fell
        change changed changes different differ differs difference delta gap
        duplicate duplicated twice double doubly repeated
        refund refunds refunded reimburse reimbursed reimbursement
        credit credits credited creditnote
        charge charges charged charging billed bill'd
        payment payments paid pay paying pays transaction transactions settle settled
        fail failed fails failing failure declined decline declines declining bounced bounce rejected reject unsuccessful refused blocked
        overdue unpaid outstanding owe owes owed owing late delinquent arrears pastdue unsettled
        reminder reminders remind nudge dunning chase chasing chaser notify ping
        send email mail message
        customer client clients customers account accounts company buyer subscriber
        list show display pull enumerate
        explain explained clarify break breakdown understand justify walk
        reason cause why
        recover recovery recovering rescue winback
        retry retries retried reattempt
        card cards creditcard debit
        policy policies rule rules guideline guidelines allowed permitted entitled eligible
        history log timeline past previous
        overview summary profile snapshot details detail info information
        last latest newest recent
        next upcoming following
        proration prorated prorate prorations prorating
        dispute disputed disputes chargeback chargebacks
        cancel cancelled canceled cancelling cancellation
        plan tier subscription subscriptions
        downgrade downgrades downgraded downgrading
        upgrade upgrades upgraded upgrading
        expire expires expired expiring expiry expiration
        arrive arrives arrived arriving
        usage consumption metered metering
        coupon coupons voucher vouchers
        seat seats
        goodwill courtesy apology sorry
        ticket tickets
        wrong wrongly incorrect mistake mistaken error erroneous mischarged overcharged overcharge overbilled misbilled
        pending processing
        """;

    private const string Stops = """
        a an the this that these those is are was were be been am do does did to of for on in at by from with as it its
        and or so if then than about into out please can could would will shall should may might i me my we us our you your
        he she they them their his her there here just some any get got have has had want wants need needs tell let know
        id like seem seems take takes taken took make made down time times look looks seeing see
        hey hi hello ok okay thanks thank today now also very really too much not dont didnt cant im ive whats up s t wtf wth pls plz thx btw
        """;

    private static readonly Dictionary<string, string> ByWord = Build();
    private static readonly HashSet<string> StopWords = Split(Stops);
    private static readonly HashSet<string> Periods = Split(
        "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec month months week weeks quarter year years yesterday");

    /// <summary>The word its group is known by, or null when it is in none.</summary>
    public static string? Canonical(string word) => ByWord.GetValueOrDefault(word);

    /// <summary>
    /// The group of a word that differs from a known one by a single slip (a letter missing, added, wrong, or two
    /// swapped); null when none or several groups fit. Short words have too many neighbours, and a first letter is
    /// seldom mistyped.
    /// </summary>
    public static string? Near(string word)
    {
        if (word.Length < ShortestMistyped)
        {
            return null;
        }

        string[] groups = [.. ByWord.Where(w => w.Key.Length >= ShortestMistyped && w.Key[0] == word[0] && IsOneSlip(w.Key, word)).Select(w => w.Value).Distinct()];
        return groups.Length == 1 ? groups[0] : null;
    }

    private const int ShortestMistyped = 5;

    private static bool IsOneSlip(string known, string written)
    {
        if (Math.Abs(known.Length - written.Length) > 1)
        {
            return false;
        }

        var start = 0;
        while (start < known.Length && start < written.Length && known[start] == written[start])
        {
            start++;
        }

        var (a, b) = (known[start..], written[start..]);
        return a.Length == b.Length
            ? a.Length > 0 && (a[1..] == b[1..] || (a.Length > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..]))
            : a.Length > b.Length ? a[1..] == b : a == b[1..];
    }

    public static bool IsStopWord(string word) => StopWords.Contains(word);

    public static bool IsPeriod(string word) => Periods.Contains(word);

    private static Dictionary<string, string> Build()
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Groups.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            foreach (var word in words)
            {
                map.TryAdd(word, words[0]);
                map.TryAdd(Stem.Of(word), words[0]);
            }
        }

        return map;
    }

    private static HashSet<string> Split(string words) =>
        [.. words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
}
