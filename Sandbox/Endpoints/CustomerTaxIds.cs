using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>A customer's tax ids: made and deleted, never changed. Of the form only what is certain for the type is looked at.</summary>
internal static partial class CustomerTaxIds
{
    private const string Root = "/v1/customers/{customer}/tax_ids";
    private const string Kind = "tax_id";

    /// <summary>Stripe's list of types, as of version 2025-03-31.</summary>
    private static readonly HashSet<string> Types = new(
        ("ad_nrt ae_trn al_tin am_tin ao_tin ar_cuit au_abn au_arn ba_tin bb_tin bg_uic bh_vat bo_tin br_cnpj br_cpf bs_tin by_tin ca_bn ca_gst_hst ca_pst_bc ca_pst_mb ca_pst_sk ca_qst cd_nif ch_uid ch_vat "
        + "cl_tin cn_tin co_nit cr_tin de_stn do_rcn ec_ruc eg_tin es_cif eu_oss_vat eu_vat gb_vat ge_vat gn_nif hk_br hr_oib hu_tin id_npwp il_vat in_gst is_vat jp_cn jp_rn jp_trn ke_pin kh_tin kr_brn kz_bin "
        + "li_uid li_vat ma_vat md_vat me_pib mk_vat mr_nif mx_rfc my_frp my_itn my_sst ng_tin no_vat no_voec np_pan nz_gst om_vat pe_ruc ph_tin ro_tin rs_pib ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sn_ninea "
        + "sr_fin sv_nit th_vat tj_tin tr_tin tw_vat tz_vat ua_vat ug_tin us_ein uy_ruc uz_tin uz_vat ve_rif vn_tin za_vat zm_tin zw_tin").Split(' '),
        StringComparer.Ordinal);

    public static void Map(Routes routes)
    {
        routes.Get(Root, "customer_read", Listing.Paging.Trim(), List);
        routes.Post(Root, "customer_write", "customer.tax_id.created", "type* value*", Create);
        routes.Get(Root + "/{id}", "customer_read", "", call => Owned(call, call.Load(Kind)));
        routes.Delete(Root + "/{id}", "customer_write", "customer.tax_id.deleted", "", Delete);
    }

    private static JsonObject List(Call call) =>
        Listing.Page(call, Kind, null, ("customer", call.Load("customer", call.Route["customer"]).Id()));

    private static JsonObject Create(Call call)
    {
        var customer = call.Load("customer", call.Route["customer"]).Id();
        var (type, value) = (call.Args.Required("type"), call.Args.Required("value"));
        if (!Types.Contains(type))
        {
            throw ApiError.Invalid($"Invalid type: must be one of {string.Join(", ", Types.Order(StringComparer.Ordinal))}", "type");
        }

        if (!IsOfForm(type, value))
        {
            throw ApiError.Invalid($"Invalid value for {type}.", "value", "tax_id_invalid");
        }

        var made = call.Unit.Put(TaxIdObject.Create(call.Unit.NewId("txi"), call.Now, customer, type, value, CountryOf(type, value)));
        call.Unit.Raise("customer.tax_id.created", made.Id());
        return made;
    }

    private static JsonObject Delete(Call call)
    {
        var id = Owned(call, call.Load(Kind)).Id();
        call.Unit.Raise("customer.tax_id.deleted", id);
        return call.Unit.Delete(id);
    }

    private static JsonObject Owned(Call call, JsonObject taxId) =>
        taxId.Text("customer") == call.Load("customer", call.Route["customer"]).Id() ? taxId : throw ApiError.NotFound("tax_id", call.Id, "id");

    private static bool IsOfForm(string type, string value) => type switch
    {
        "eu_vat" => European().IsMatch(value),
        "gb_vat" => British().IsMatch(value),
        "us_ein" => American().IsMatch(value),
        _ => value.Length is > 0 and <= 40,
    };

    private static string? CountryOf(string type, string value) => type switch
    {
        "eu_vat" => value.StartsWith("EL", StringComparison.Ordinal) ? "GR" : value[..2],
        "eu_oss_vat" => null,
        _ => type[..2].ToUpperInvariant(),
    };

    [GeneratedRegex("^(AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)[0-9A-Z]{2,13}$")]
    private static partial Regex European();

    [GeneratedRegex("^(GB|XI)[0-9]{9}([0-9]{3})?$")]
    private static partial Regex British();

    [GeneratedRegex("^[0-9]{2}-?[0-9]{7}$")]
    private static partial Regex American();
}
