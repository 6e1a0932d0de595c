"""Words of job titles in several languages, as data: heads ("manager"), and the words before them ("sales")."""

_HEAD_WORDS = """
    vice-principal deputy-principal drafter voorman hovenier directrice oprichter werkvoorbereider timmerman
    lohnbuchhaltung
    accountant administrator advisor adviser analyst architect assistant associate auditor ceo cfo chairman
    chairperson chairwoman chef chief cio cmo co-founder cofounder consultant controller coo coordinator counsel cto
    dentist designer developer director doctor editor engineer estimator evp executive founder gm head inspector
    lawyer lead leader lecturer manager md nurse officer owner partner pharmacist physician planner president
    principal producer programmer proprietor receptionist representative researcher scientist secretary solicitor
    specialist strategist supervisor surgeon surveyor svp teacher technician therapist trainer treasurer vp
    principal-in-charge curator barista baker butcher stylist instructor coach tutor optometrist orthodontist
    endodontist periodontist prosthodontist audiologist psychologist podiatrist physiotherapist veterinarian vet
    paralegal conveyancer actuary broker buyer merchandiser housekeeper sommelier florist photographer videographer
    animator copywriter electrician foreman superintendent captain pengarah pengurus pengerusi jurutera setiausaha
    ketua penyelia eksekutif akauntan pegawai kerani juruteknik pemilik pengasas presiden penolong perunding peguam
    cef tukang groomer roaster brewer finisher joiner carpenter plumber mechanic driver chandler acupuncturist
    hygienist optician bursar guide patron member guardian librarian matron warden masseuse masseur sonographer
    radiographer dietitian gardener storekeeper forewoman bookkeeper hairdresser colourist tailor seamstress
    goldsmith jeweller apprentice fabricator co-ordinator metrologist undertaker geschäftsführer geschäftsführerin
    prokurist inhaber inhaberin vorstand geschäftsleiter vertriebsleiter werkzeugmacher lew geologist arborist
    trainee vice-president vice-chairman vice-chairperson vice-chairwoman direktur komisaris manajer sekretaris
    bendahara leiter leiterin leitung auszubildender auszubildende ambassador announcer appraiser assayer assembler
    assessor attendant attorney auctioneer bartender biologist blender bodyguard boilermaker bookbinder breeder
    brewmaster builder calibrator caregiver caretaker caterer ceramicist chair chairlady chaplain chemist
    chiropractor choreographer clerk co-chair co-director co-lead co-owner collector commander commissioner composer
    concierge conductor confectioner conservator constable convener convenor cook counsellor counselor custodian
    cutter dean decorator demonstrator detailer dispatcher distiller dpo draftsman draughtsman draughtsperson
    dressmaker educator embalmer emcee examiner expediter facilitator farmer farrier fellow fishmonger fitter fixer
    forester forwarder framer fundraiser fumigator gamekeeper glazier grader greenkeeper grower handler handyman
    headmaster headmistress headteacher hod host hostess illustrator installer intern interpreter inventor
    investigator janitor keeper keyholder labourer lifeguard locksmith maker maltster marketer mason master mentor
    metallurgist midwife miller milliner moulder musician nanny naturalist notary operator operative organiser
    organizer outfitter overseer packer painter panelbeater paramedic patissier pâtissier picker pilot plasterer
    potter practitioner printmaker proofreader provost purser ranger rector registrar rep reporter restorer retoucher
    rigger roofer saddler sailmaker salesman salesperson saleswoman sawyer scheduler sculptor setter shipwright
    shoemaker skipper smith steward stewardess stonemason storeman technologist teller tester tiler toolmaker
    translator trustee turner underwriter upholsterer usher valuer vice-chair vintner viticulturist volunteer waiter
    waitress warehouseman watchmaker weaver webmaster welder winemaker woodworker worker writer cco cdo cgo
    chro ciso cpo cro cso avp pa mitarbeiter mitarbeiterin sachbearbeiter sachbearbeiterin assistent assistentin
    berater beraterin entwickler entwicklerin meister meisterin techniker technikerin ingenieur ingenieurin kaufmann
    kauffrau gesellschafter gesellschafterin gründer gründerin geschäftsführung monteur monteurin geselle gesellin
    azubi buchhalter buchhalterin pflegefachkraft fachkraft sekretärin verkäufer verkäuferin fahrer fahrerin koch
    köchin konditor konditorin bäcker bäckerin referent referentin arzt ärztin anwalt anwältin disponent disponentin
    architekt architektin dozent dozentin therapeut therapeutin tischler tischlerin schreiner schreinerin directeur
    directrice gérant gérante fondateur fondatrice cofondateur cofondatrice président présidente responsable chargé
    chargée cheffe ingénieur ingénieure comptable assistante conseiller conseillère vendeur vendeuse technicien
    technicienne avocat avocate associé associée secrétaire pdg consultante développeur développeuse directora
    hoofd bedrijfsleider vestigingsmanager vd indehaver ejer direktør direktör formand ordförande ägare grundare
    grundlægger stifter leder eier styreleder toimitusjohtaja pembantu entomologist zaakvoerster
    gerente fundador fundadora jefe jefa presidente presidenta ingeniero ingeniera director-general direttore
    direttrice titolare amministratore fondatore diretor diretora sócio sócia eigenaar oprichter medewerker adviseur
    zaakvoerder guru pemandu jurujual penyelaras timbalan penasihat arkitek doktor pereka pendiri asisten apoteker
    dokter perawat arsitek kasir koordinator jururawat juruaudit jurutrafik kepala
"""
HEADS = frozenset(_HEAD_WORDS.split())
_MODIFIER_WORDS = """
    syariah family law criminal litigation private banking wealth estate independent non-executive audit remuneration
    account accounts acquisitions acting admin administration administrative affairs analytics and apac arbitration
    area artistic asia assistant assurance australia b2b banking branch brand brunei business capital care channel
    channels chief china clinical co commercial communication communications compliance construction content
    continuity contract contracts control conveyancing corporate cost country creative credit criminal customer cyber
    data delivery department deputy design development digital dispute division east ecommerce education electrical
    emerging employment engineering environment estate events executive experience export facilities facility finance
    financial fleet for founding front general global group growth hardware head health hong hr human india indonesia
    information infrastructure innovation inside insurance intellectual interim international investment investor it
    japan junior key kong learning legal litigation logistics maintenance malaysia managing manufacturing marine
    market marketing marketplace markets matrimonial mechanical medical medicine mergers middle mobile myanmar
    network new nominee non north of office operating operation operations owner pacific partner partnership
    partnerships parts people performance philippines planning plant pre-sales presales principal probate procurement
    product production products program programme project projects property public purchasing quality quantity real
    records recruitment regional relations resolution resource resources retail risk safety sales sea security senior
    service services shipping singapore site software solution solutions south southeast spares staff store strategic
    strategy supply support system systems taiwan talent tax team technical technology tendering thailand the trade
    trading training transformation transport treasury honorary repair vice vietnam warehouse web west workplace
    workshop world wedding practice dental veterinary clinic visiting pastry wellness lead client clients board
    ledger urusan akaun projek jualan pemasaran kewangan operasi am besar kanan kilang kualiti sumber manusia
    pentadbiran quotes quotation quotations calibration lab laboratory billing claims bursary enrolment enrolments
    admissions donations acquisition architectural conservation restoration heritage daycare part ii studies
    wellbeing qa regulatory protection desk cellar shop reception kitchen bar studio stores despatch dispatch packing
    distribution bookkeeping enquiries accounts-payable payroll purchase showroom tenders tender booking bookings
    refunds vertrieb einkauf personal buchhaltung technik eksport utama operasional keuangan penjualan produksi hrd
    inhaltlich verwaltung abrechnung und stellv teknikal pembangunan perniagaan bahagian jabatan cawangan wilayah
    syarikat lembaga dan bersama artisan bakery brewery centre center certified chartered divisional duty enrolled
    farm freelance gallery garden licensed mill night nursing orchard overseas registered resident section shift sous
    taproom vineyard ward winery yard hon hons editorial research scientific publishing picture programming festival
    catering placement curriculum banquet banqueting weddings events americas claims japan desk underwriting
    works innendienst außendienst aussendienst versand lager kundendienst ausbildung montage disposition empfang
    werkstatt
    volunteer volunteers youth community outreach fundraising membership grants curatorial collections exhibitions
"""
MODIFIERS = frozenset(_MODIFIER_WORDS.split())
#: Heads that are family names, too: "Sam Carpenter" is a person, "Head Carpenter" is none.
_SURNAME_WORDS = """
    baker butcher carpenter gardener tailor chandler cook mason miller potter smith turner weaver painter farmer sawyer
    forester dean steward fowler glazier ranger brewer cutter koch
"""
SURNAMES = frozenset(_SURNAME_WORDS.split())
