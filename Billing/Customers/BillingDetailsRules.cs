using System.Text.RegularExpressions;

namespace BillingCopilot.Billing.Customers;

/// <summary>Whether what a person filled in can be a customer's billing details. A refusal names the field and never repeats its value.</summary>
public static partial class BillingDetailsRules
{
    private const int Longest = 200;

    private static readonly HashSet<string> Countries = new(
        ("AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
        + "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ "
        + "LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA "
        + "RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW").Split(' '),
        StringComparer.Ordinal);

    /// <summary>Null when the change can be made to these details.</summary>
    public static Refusal? Refuse(BillingDetails present, BillingDetails change)
    {
        ArgumentNullException.ThrowIfNull(present);
        ArgumentNullException.ThrowIfNull(change);
        if (change.Fields.FirstOrDefault(f => f.Value is { Length: > Longest }) is { Field: { } tooLong })
        {
            return new Refusal("too_long", $"'{tooLong}' is longer than {Longest} characters.", "Shorten it.");
        }

        var after = present.With(change);
        return change.Name is { } name && string.IsNullOrWhiteSpace(name) ? new Refusal("empty_name", "'name' is empty.", "Give the customer's name as it shall stand on invoices.")
            : change.Email is { } email && !Mail().IsMatch(email) ? new Refusal("invalid_email", "'email' is no mail address.", "Give one address, such as billing@example.com.")
            : change.Phone is { Length: > 0 } phone && !Number().IsMatch(phone) ? new Refusal("invalid_phone", "'phone' is no phone number.", "Give digits, with + and the country's code, such as +1 555 0100.")
            : change.Country is { Length: > 0 } country && !Countries.Contains(country) ? new Refusal("invalid_country", "'country' is no country's code.", "Give its two letters, such as DE or US.")
            : change.HasAddress && after.Country is null && (after.Line1 ?? after.City ?? after.PostalCode) is not null ? new Refusal("missing_country", "'country' is missing: an address needs one.", "Give its two letters, such as DE or US.")
            : present == after ? new Refusal("nothing_to_change", "All of it stands there already.", "Change a field first.")
            : null;
    }

    [GeneratedRegex(@"^[^\s@<>,;:""()\[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}[\p{L}\p{N}-]{1,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Mail();

    [GeneratedRegex(@"^\+?[0-9][0-9 ()./\-]{4,24}$", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
